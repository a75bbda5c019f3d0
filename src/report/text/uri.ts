/** A text as a part of an address; half of a character, which has no address, becomes U+FFFD. */
export function uriPart(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
}
