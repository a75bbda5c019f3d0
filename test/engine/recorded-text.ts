import { Document, isMap, visit } from 'yaml';

/** Recorded data as YAML below its header: lists in one line, and quoted what other readers would not take for a text. */
export function recordedText(header: string, data: unknown): string {
  const document = new Document(data, { aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_, seq) => {
      seq.flow = true;
    },
    Scalar: (_, scalar) => {
      // Read as YAML 1.1, 33:33 would be a number, and a date no text.
      if (typeof scalar.value === 'string' && /^[\d:-]+$/.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
    Map: (_, map) => {
      if (isMap(map) && map.items.length === 0) map.flow = true;
    },
  });
  return `${header}\n${document.toString({ lineWidth: 0, flowCollectionPadding: false })}`;
}
