// Dialogs, menus and the drawer work by themselves in browsers of today; this fills in for the others and adds arrow keys.
const hasCommands = 'command' in HTMLButtonElement.prototype
const hasAnchors = CSS.supports('position-area', 'block-end')

document.addEventListener('click', event => {
  const button = event.target.closest('button[commandfor]')
  if (!button || hasCommands) return
  const target = document.getElementById(button.getAttribute('commandfor'))
  const command = button.getAttribute('command')
  if (command === 'show-modal' && !target.open) target.showModal()
  if (command === 'close') target.close()
})

// a press on the backdrop closes a dialog that holds nothing typed
document.addEventListener('click', event => {
  const dialog = event.target
  if (dialog.matches?.('dialog[open]') && !dialog.querySelector('form')) dialog.close()
})

function place (menu) {
  const opener = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`)
  if (hasAnchors || !opener) return
  const box = opener.getBoundingClientRect()
  const atEnd = menu.classList.contains('menu-end')
  const top = menu.classList.contains('menu-up') ? box.top - menu.offsetHeight : box.bottom
  menu.style.position = 'fixed'
  menu.style.top = `${Math.max(8, Math.min(top, innerHeight - menu.offsetHeight - 8))}px`
  menu.style.left = `${Math.max(8, Math.min(atEnd ? box.right - menu.offsetWidth : box.left, innerWidth - menu.offsetWidth - 8))}px`
}

document.addEventListener('toggle', event => {
  const menu = event.target
  if (!menu.matches?.('[popover]') || event.newState !== 'open') return
  if (menu.matches('[data-menu]')) {
    place(menu)
    menu.querySelector('a, button')?.focus({ preventScroll: true })
  }
}, true)

document.addEventListener('keydown', event => {
  const menu = event.target.closest?.('[data-menu]')
  if (!menu || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return
  if (event.target.matches('input, textarea, select')) return
  const items = [...menu.querySelectorAll('a, button')]
  const here = items.indexOf(document.activeElement)
  const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key]
  items[(next + items.length) % items.length]?.focus()
  event.preventDefault()
})
