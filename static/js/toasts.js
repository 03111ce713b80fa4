// Toasts: good news leaves by itself, bad news stays until dismissed; a request that never arrived says so.
function leave (toast) {
  toast.classList.add('leaving')
  setTimeout(() => toast.remove(), 200)
}

function arm (root) {
  root.querySelectorAll('[data-toast]:not([data-armed])').forEach(toast => {
    toast.dataset.armed = 'true'
    const life = Number(toast.dataset.toast)
    if (!life) return
    let timer = setTimeout(leave, life, toast)
    const hold = () => clearTimeout(timer)
    const resume = () => { clearTimeout(timer); timer = setTimeout(leave, life, toast) }
    toast.addEventListener('pointerenter', hold)
    toast.addEventListener('focusin', hold)
    toast.addEventListener('pointerleave', resume)
    toast.addEventListener('focusout', resume)
  })
}
arm(document)
document.addEventListener('htmx:afterSettle', () => arm(document))

document.addEventListener('click', event => {
  const toast = event.target.closest('[data-dismiss]')?.closest('[data-toast]')
  if (toast) leave(toast)
})

function failed () {
  const region = document.getElementById('toasts')
  const model = document.getElementById('toast-failed')
  if (!region || !model || region.querySelector('[data-failed]')) return
  const toast = model.content.firstElementChild.cloneNode(true)
  toast.dataset.failed = 'true'
  region.append(toast)
}
// reads that poll may fail quietly and come back; only what somebody did must be told
const wasDeed = event => event.detail.requestConfig?.verb !== 'get'
document.addEventListener('htmx:sendError', event => { if (wasDeed(event)) failed() })
document.addEventListener('htmx:responseError', event => { if (wasDeed(event)) failed() })
