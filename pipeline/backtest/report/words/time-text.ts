/** An ISO time as people read it, UTC: day and time to the second, or the time alone. */
export function timeText(iso: string, part: 'whole' | 'time' = 'whole'): string {
  const [day = '', time = ''] = iso.slice(0, 19).split('T')
  return part === 'time' ? time : `${day} ${time}`
}
