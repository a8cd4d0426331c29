// Runs before the first paint, as a file because the content policy forbids inline scripts:
// the colour scheme chosen last, else the system's.
;(() => {
  const chosen = localStorage.getItem('asm-color-scheme')
  const dark =
    chosen === 'dark' || (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
