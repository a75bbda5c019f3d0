import { YamlDocument } from '../yaml/document';
import { fromData, mapNode } from '../yaml/tree';
import { newText } from '../yaml/write-new';
import { type Keys, ordered, type Stack } from './stack';

/**
 * The text of a Compose file that says a stack.
 *
 * @param header lines of the comment at its head, without `#`.
 */
export function composeText(stack: Stack, header: readonly string[]): string {
  const sections: [string, ReadonlyMap<string, Keys>][] = [
    ['services', new Map([...stack.services].map(([name, keys]) => [name, ordered(keys)]))],
    ['networks', stack.networks],
    ['volumes', stack.volumes],
  ];
  const root = mapNode(
    sections.flatMap(([section, things]): [string, ReturnType<typeof mapNode>][] =>
      things.size === 0 ? [] : [[section, mapNode([...things].map(([name, keys]) => [name, fromData(keys)]))]],
    ),
  );
  return newText(root, YamlDocument.open('services: {}\n'), header);
}
