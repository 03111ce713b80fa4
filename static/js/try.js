// Tries the API out: shows its document, and sends what is asked with the test key that was pasted.
// The key stays in its field: it goes into the header of a request and nowhere else, and leaving the page forgets it.
const place = document.querySelector('[data-try]')
const field = document.querySelector('[data-try-key]')
const hint = document.querySelector('[data-try-hint]')
const device = matchMedia('(prefers-color-scheme: dark)')

const showTheme = () => {
  const { theme } = document.documentElement.dataset
  document.documentElement.classList.toggle('dark-mode', theme === 'dark' || (theme !== 'light' && device.matches))
}
new MutationObserver(showTheme).observe(document.documentElement, { attributeFilter: ['data-theme'] })
device.addEventListener('change', showTheme)
showTheme()

// what Swagger UI leaves without a name for those who listen to the page
const nameParts = () => {
  place.querySelectorAll('main:not([role])').forEach(part => part.setAttribute('role', 'group'))
  place.querySelectorAll('main:not([aria-label])').forEach(part => part.setAttribute('aria-label', 'All operations'))
  place.querySelectorAll('.examples-select select:not([aria-label])').forEach(list => list.setAttribute('aria-label', 'Example'))
  place.querySelectorAll('textarea:not([aria-label])').forEach(box => box.setAttribute('aria-label', 'What is sent'))
}
new MutationObserver(nameParts).observe(place, { childList: true, subtree: true })

const wrong = key => {
  if (!key) return 'Paste a test key first.'
  if (!key.startsWith('crl_test_')) return 'This is no test key. It was not sent: what a live key does is real.'
  return ''
}
const tell = text => {
  hint.textContent = text
  hint.hidden = !text
  field.toggleAttribute('aria-invalid', Boolean(text))
}
field.addEventListener('input', () => tell(field.value ? wrong(field.value.trim()) : ''))

const withKey = request => {
  request.credentials = 'omit'
  if (request.loadSpec) return request
  const key = field.value.trim()
  const problem = wrong(key)
  tell(problem)
  if (problem) {
    field.focus()
    throw new Error(problem)
  }
  request.headers.Authorization = `Bearer ${key}`
  return request
}

// the call to copy has the header every call needs, with the variable of the documentation in the place of the key; in
// double quotes, so that a shell puts the key in
const header = 'Bearer $KEY'
const callToCopy = (request, system) => {
  const told = system.fn.requestSnippetGenerator_curl_bash(request.setIn(['headers', 'Authorization'], header))
  return told.replace(`'Authorization: ${header}'`, () => `"Authorization: ${header}"`)
}
const withCall = () => ({
  wrapComponents: {
    curl: (_original, system) => ({ request }) => {
      const { createElement } = system.React
      const title = createElement('h4', null, 'Curl')
      const text = createElement('pre', { className: 'curl microlight' }, callToCopy(request, system))
      return createElement('div', { className: 'curl-command' }, title, text)
    }
  }
})

window.SwaggerUIBundle({
  url: place.dataset.try,
  domNode: place,
  presets: [window.SwaggerUIBundle.presets.apis],
  plugins: [withCall],
  layout: 'BaseLayout',
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
  persistAuthorization: false,
  queryConfigEnabled: false,
  showMutatedRequest: false,
  syntaxHighlight: { activated: false },
  validatorUrl: null,
  requestInterceptor: withKey
})
