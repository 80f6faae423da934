/** A part of a whole in percent; only nothing is 0 %, and only everything 100 %. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return '-'
  const percent = (part / whole) * 100
  if (part > 0 && percent < 0.05) return '<0.1 %'
  if (part < whole && percent >= 99.95) return '>99.9 %'
  return percent === 0 || percent === 100 ? `${percent} %` : `${percent.toFixed(1)} %`
}
