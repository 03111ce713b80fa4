// How long a text is: counted here, or asked from the server where only it knows what a message will cost.
const waiting = new WeakMap()

async function ask (output, text) {
  const token = JSON.parse(document.body.getAttribute('hx-headers') || '{}')['X-CSRFToken']
  const response = await fetch(output.dataset.counterUrl, {
    method: 'POST',
    headers: { 'X-CSRFToken': token, 'HX-Request': 'true' },
    body: new URLSearchParams({ text })
  })
  // a later answer must not be overwritten by an earlier one
  if (response.ok && document.getElementById(output.dataset.counter)?.value === text) {
    output.innerHTML = await response.text()
  }
}

function count (output) {
  const control = document.getElementById(output.dataset.counter)
  if (!control) return
  if (!output.dataset.counterUrl) {
    const length = [...control.value].length
    output.textContent = `${length.toLocaleString('en')} character${length === 1 ? '' : 's'}`
    return
  }
  clearTimeout(waiting.get(output))
  waiting.set(output, setTimeout(ask, 300, output, control.value))
}

const outputs = root => root.querySelectorAll('[data-counter]')
document.addEventListener('input', event => {
  if (event.target.id) outputs(document).forEach(output => { if (output.dataset.counter === event.target.id) count(output) })
})
outputs(document).forEach(count)
document.addEventListener('htmx:afterSettle', event => outputs(event.detail.elt).forEach(count))
