// Things that move by themselves: a conversation shows its end, a countdown loses a minute.
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

toEnd(document)
tick()
setInterval(tick, 60_000)
document.addEventListener('htmx:afterSettle', event => { toEnd(event.detail.elt.parentElement || document); tick() })
