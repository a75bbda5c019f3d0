/**
 * A sentence about one service: `in "web", …`. Not `web: …`: a service may be called like a credential, and what stands after its name and a
 * colon is then masked.
 */
export function inService(name: string, sentence: string): string {
  return `in "${name}", ${sentence}`;
}
