// Light, dark or like the device: shown at once, remembered by the server through the same form that works without script.
document.addEventListener('submit', async event => {
  const form = event.target.closest('[data-theme-form]')
  if (!form || !event.submitter) return
  event.preventDefault()
  const choice = event.submitter.value
  document.documentElement.dataset.theme = choice
  document.querySelectorAll('[data-theme-form] button').forEach(button => {
    button.setAttribute('aria-pressed', String(button.value === choice))
  })
  const body = new URLSearchParams(new FormData(form))
  body.set('theme', choice)
  await fetch(form.action, { method: 'POST', body, headers: { 'X-Requested-With': 'XMLHttpRequest' } })
})
