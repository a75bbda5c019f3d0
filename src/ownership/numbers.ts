/** A stretch of numbers of a user namespace: `count` of them, from `inside` there and from `outside` on the host. */
export interface Range {
  inside: number;
  outside: number;
  count: number;
}

/** How the numbers of a container are called on the host; see user_namespaces(7). */
export type NumberMap = readonly Range[];

/** All numbers, each itself: what a container without a user namespace has. */
export const SAME: NumberMap = [{ inside: 0, outside: 0, count: 4294967295 }];

/** Reads `/proc/self/uid_map`; undefined for what is none. */
export function readNumberMap(text: string): NumberMap | undefined {
  const lines = text.trim().split('\n');
  const ranges = lines.map((line) => {
    const match = /^(\d{1,10}) +(\d{1,10}) +(\d{1,10})$/.exec(line.trim());
    return match ? { inside: Number(match[1]), outside: Number(match[2]), count: Number(match[3]) } : undefined;
  });
  return ranges.every((range): range is Range => range !== undefined) ? ranges : undefined;
}

/** What a number of the container is on the host; undefined when it is nobody there. */
export function onHost(map: NumberMap, inside: number): number | undefined {
  const range = map.find((each) => inside >= each.inside && inside - each.inside < each.count);
  return range && range.outside + (inside - range.inside);
}

/** What a number of the host is in the container; undefined when it is nobody there. */
export function inContainer(map: NumberMap, outside: number): number | undefined {
  const range = map.find((each) => outside >= each.outside && outside - each.outside < each.count);
  return range && range.inside + (outside - range.outside);
}

/** Whether numbers mean the same on the host. */
export function isSame(map: NumberMap): boolean {
  return map.every(({ inside, outside }) => inside === outside);
}
