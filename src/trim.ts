/**
 * A text without those of these characters that stand at its end. A pattern such as `/\/+$/` starts again at each of them, so a long run of slashes that
 * something follows takes time of its length squared.
 */
export function trimEndOf(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}
