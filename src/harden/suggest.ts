import { editDistance } from '../compose/edit-distance';

/** The name closest to a mistyped one, if any is close enough to be meant. */
export function closest(wrong: string, names: readonly string[]): string | undefined {
  const word = wrong.toLowerCase();
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    const candidate = name.toLowerCase();
    const distance = candidate.startsWith(word) && word.length > 1 ? 1 : editDistance(word, candidate);
    if (distance <= Math.max(1, Math.floor(Math.max(word.length, candidate.length) * 0.4)) && (!best || distance < best.distance)) {
      best = { name, distance };
    }
  }
  return best?.name;
}

/** The hint for an unknown name: the closest one, else all of them. */
export function hintFor(wrong: string, names: readonly string[]): string {
  const name = closest(wrong, names);
  return name === undefined ? `there is ${names.join(', ') || 'none'}` : `did you mean ${name}?`;
}
