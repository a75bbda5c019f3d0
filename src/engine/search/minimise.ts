/**
 * The least that works, in the sense that nothing of it can be left out: `items` works and what works keeps working with more. The order
 * matters only for how many tries it takes: first what is most likely needed.
 *
 * The shortest beginning that works ends with an item that is needed; that one is kept, and the rest of the beginning is searched the same way.
 */
export async function minimise<T>(items: readonly T[], works: (items: readonly T[]) => Promise<boolean>): Promise<T[]> {
  const kept: T[] = [];
  let rest = [...items];
  while (rest.length > 0 && !(await works(kept))) {
    let low = 1;
    let high = rest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (await works([...kept, ...rest.slice(0, middle)])) high = middle;
      else low = middle + 1;
    }
    kept.push(rest[low - 1]!);
    rest = rest.slice(0, low - 1);
  }
  return items.filter((item) => kept.includes(item));
}

/**
 * The least that works of a few items that are probably all needed: each is left out once. `items` works, and what works keeps working with more.
 *
 * @param items what is most likely needed first: the last is left out first, since the more of them can go, the fewer there are to try.
 */
export async function leaveOut<T>(items: readonly T[], works: (items: readonly T[]) => Promise<boolean>): Promise<T[]> {
  let kept = [...items];
  for (const item of [...items].reverse()) {
    const rest = kept.filter((each) => each !== item);
    if (await works(rest)) kept = rest;
  }
  return kept;
}

/**
 * As much as works: items are added half by half, and halved again where a half fails, until what fails is known one by one. `works([])`
 * is taken for granted.
 */
export async function addAll<T>(
  items: readonly T[],
  works: (items: readonly T[]) => Promise<boolean>,
): Promise<{ works: T[]; fails: T[] }> {
  const good: T[] = [];
  const bad: T[] = [];
  const add = async (part: readonly T[]): Promise<void> => {
    if (part.length === 0) return;
    if (await works([...good, ...part])) {
      good.push(...part);
    } else if (part.length === 1) {
      bad.push(part[0]!);
    } else {
      const middle = part.length >> 1;
      await add(part.slice(0, middle));
      await add(part.slice(middle));
    }
  };
  await add(items);
  return { works: good, fails: bad };
}
