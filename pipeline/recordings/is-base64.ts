/** Whether text is base64 as it is written, padding and all: what is read more leniently would be other bytes in silence. */
export function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text
}
