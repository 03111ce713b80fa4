// A file field that also takes a dropped file; without script it stays an ordinary file field.
const zoneOf = event => event.target.closest?.('[data-drop]')

function show (zone) {
  const input = zone.querySelector('input[type="file"]')
  const name = zone.querySelector('[data-drop-name]')
  const file = input.files[0]
  if (file && name) name.textContent = `${file.name}, ${sizeOf(file.size)}`
  zone.classList.toggle('filled', Boolean(file))
}

function sizeOf (bytes) {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

document.addEventListener('dragover', event => {
  const zone = zoneOf(event)
  if (!zone) return
  event.preventDefault()
  zone.classList.add('over')
})
document.addEventListener('dragleave', event => zoneOf(event)?.classList.remove('over'))
document.addEventListener('drop', event => {
  const zone = zoneOf(event)
  if (!zone) return
  event.preventDefault()
  zone.classList.remove('over')
  const input = zone.querySelector('input[type="file"]')
  input.files = event.dataTransfer.files
  input.dispatchEvent(new Event('change', { bubbles: true }))
})
document.addEventListener('change', event => {
  const zone = zoneOf(event)
  if (zone && event.target.type === 'file') show(zone)
})
