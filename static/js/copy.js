// Copy a value and say so in the button's own name.
document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]')
  if (!button) return
  await navigator.clipboard.writeText(button.dataset.copy)
  const name = button.dataset.name || button.getAttribute('aria-label')
  button.dataset.name = name
  button.dataset.copied = 'true'
  button.setAttribute('aria-label', 'Copied')
  setTimeout(() => {
    delete button.dataset.copied
    button.setAttribute('aria-label', name)
  }, 2000)
})
