// Passkeys and security keys: the button asks the browser, its answer goes into the form's hidden field, the form is sent.
// A form names its part in data-passkey: login, authenticate or create; options come from its json block or its address.
const { webauthnJSON } = window

async function options (form) {
  const block = document.getElementById(form.dataset.passkeyOptions)
  if (block) return JSON.parse(block.textContent)
  const response = await fetch(form.action, { headers: { Accept: 'application/json' } })
  if (!response.ok) throw new Error('no options')
  return response.json()
}

function forCreation (creation, passwordless) {
  const selection = creation.publicKey.authenticatorSelection
  if (passwordless) {
    selection.residentKey = passwordless.checked ? 'required' : 'discouraged'
    selection.requireResidentKey = passwordless.checked
    if (passwordless.checked) selection.userVerification = 'required'
  }
  return creation
}

async function answer (form) {
  const data = await options(form)
  if (form.dataset.passkey !== 'create') return webauthnJSON.get(data.request_options)
  return webauthnJSON.create(forCreation(data.creation_options, form.elements.passwordless))
}

function tell (form, text) {
  const line = document.getElementById(form.dataset.passkeyMessage)
  if (line) { line.textContent = text; line.closest('[hidden]')?.removeAttribute('hidden') }
}

document.addEventListener('click', async event => {
  const button = event.target.closest('[data-passkey-start]')
  if (!button) return
  event.preventDefault()
  const form = button.form
  if (!webauthnJSON?.supported()) return tell(form, 'This browser cannot use passkeys. Use another way to sign in.')
  button.setAttribute('aria-busy', 'true')
  try {
    form.elements.credential.value = JSON.stringify(await answer(form))
    form.submit()
  } catch {
    button.removeAttribute('aria-busy')
    tell(form, 'The passkey was not used: it was cancelled, or this device holds none for us. Try again, or use another way.')
  }
})

// recovery codes are shown once: leaving asks, until the box says they are saved
const saved = document.querySelector('[data-codes-saved]')
if (saved) window.addEventListener('beforeunload', event => { if (!saved.checked) event.preventDefault() })
