// Things that move by themselves: a conversation shows its end, a strip of tabs the current one, a countdown loses a minute.
function toEnd (root) {
  root.querySelectorAll('[data-scroll-end]').forEach(log => { log.scrollTop = log.scrollHeight })
}

function left (until) {
  const minutes = Math.round((new Date(until) - Date.now()) / 60_000)
  if (minutes <= 0) return 'time is up'
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  if (days) return `${days} d ${hours} h left`
  return hours ? `${hours} h ${minutes % 60} min left` : `${minutes} min left`
}

function tick () {
  document.querySelectorAll('time[data-countdown]').forEach(time => { time.textContent = left(time.dateTime) })
}

// on a phone the tabs run on past the edge: the one we are at is brought into sight
function toCurrent () {
  document.querySelectorAll('.tabs > [aria-current]').forEach(tab => {
    const strip = tab.parentElement
    strip.scrollLeft += tab.getBoundingClientRect().left - strip.getBoundingClientRect().left - (strip.clientWidth - tab.offsetWidth) / 2
  })
}

toEnd(document)
toCurrent()
tick()
setInterval(tick, 60_000)
document.addEventListener('htmx:afterSettle', event => { toEnd(event.detail.elt.parentElement || document); tick() })
