/**
 * The outline of a bar for each number, in units of one bar across and one count up, for the `d` of a path. It is the data as
 * well: the script of the page reads the numbers back from it. Empty where all are 0.
 */
export function stepPath(counts: readonly number[]): string {
  let path = ''
  let height = 0
  let run = 0
  for (const count of counts) {
    if (count !== height) {
      path += across(run) + `v${height - count}`
      height = count
      run = 0
    }
    run++
  }
  if (path === '') return ''
  return `M0 0${path}${across(run)}${height === 0 ? '' : `v${height}`}`
}

function across(bars: number): string {
  return bars === 0 ? '' : `h${bars}`
}
