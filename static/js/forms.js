// Forms: one press sends once, the button shows that it works, and a refused form moves focus to what must be fixed.
const SUBMIT = 'button:not([type="button"]), input[type="submit"]'

function busy (button, on) {
  if (!button) return
  if (on) button.setAttribute('aria-busy', 'true')
  else button.removeAttribute('aria-busy')
}

function release (form) {
  delete form.dataset.sent
  form.querySelectorAll('[aria-busy]').forEach(button => busy(button, false))
}

document.addEventListener('submit', event => {
  const form = event.target
  if (form.dataset.sent) {
    event.preventDefault()
    event.stopImmediatePropagation()
    return
  }
  // after all listeners: a submit that somebody else handles must not be marked as sent
  setTimeout(() => {
    if (event.defaultPrevented || form.method === 'dialog') return
    if (form.method === 'get' || 'noBusy' in form.dataset) return
    form.dataset.sent = 'true'
    busy(event.submitter || form.querySelector(SUBMIT), true)
  })
})

// htmx prevents the plain submit; its own events mark the same state
document.addEventListener('htmx:beforeRequest', event => {
  const element = event.detail.elt
  const form = element.closest('form')
  const verb = event.detail.requestConfig.verb
  if (verb === 'get') return
  if (form && form.dataset.sent) event.preventDefault()
  else if (form && event.detail.requestConfig.triggeringEvent?.type === 'submit') {
    form.dataset.sent = 'true'
    busy(event.detail.requestConfig.triggeringEvent.submitter || form.querySelector(SUBMIT), true)
  } else if (element.matches('button')) {
    if (element.hasAttribute('aria-busy')) event.preventDefault()
    else busy(element, true)
  }
})
document.addEventListener('htmx:afterRequest', event => {
  const form = event.detail.elt.closest('form')
  if (form) release(form)
  busy(event.detail.elt, false)
})
// back from another page: the kept page must answer again
window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(release))

function showErrors (root) {
  const summary = root.querySelector('[data-error-summary]')
  if (summary) summary.focus()
}
showErrors(document)
document.addEventListener('htmx:afterSettle', event => showErrors(event.detail.elt))

// a deed that asks for its number first: the button waits until the typed text equals it
function weigh (input) {
  const ready = input.value.replace(/[,\s]/g, '') === input.dataset.mustEqual.replace(/[,\s]/g, '')
  document.querySelectorAll(`[data-needs="${CSS.escape(input.id)}"]`).forEach(button => { button.disabled = !ready })
}
document.addEventListener('input', event => { if (event.target.dataset.mustEqual) weigh(event.target) })
const weighAll = root => root.querySelectorAll('[data-must-equal]').forEach(weigh)
weighAll(document)
document.addEventListener('htmx:afterSettle', event => weighAll(event.detail.elt))

// a list whose head box chooses all its rows, and a control that submits its form when changed
document.addEventListener('change', event => {
  const control = event.target
  if (control.dataset.chooseAll) {
    document.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(control.dataset.chooseAll)}"]`)
      .forEach(box => { box.checked = control.checked })
  }
  if ('submitOnChange' in control.dataset) control.form.requestSubmit()
})
