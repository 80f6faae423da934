/** The words of a name, in lower case: `HTTPServer`, `httpServer`, `HTTP_SERVER` and `http-server` have the same. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(word => word !== '')
}
