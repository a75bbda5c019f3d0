/** One field of a trace record: where it is, how long, and whether a text of any length lies elsewhere in the record. */
export interface Field {
  offset: number;
  size: number;
  signed: boolean;
  elsewhere: boolean;
}

/** How the records of one event look, as the running kernel says. */
export interface EventFormat {
  id: number;
  fields: Readonly<Record<string, Field>>;
}

const FIELD = /^\s*field:\s*(.*?)\s*;\s*offset:(\d+);\s*size:(\d+);\s*signed:(\d+);/;

/**
 * Reads `events/<system>/<event>/format`. Offsets differ between kernels, so none is taken for granted.
 * Source: https://docs.kernel.org/trace/events.html#event-formats
 */
export function parseFormat(text: string): EventFormat {
  const fields: Record<string, Field> = {};
  for (const line of text.split('\n')) {
    const [, declared = '', offset, size, signed] = FIELD.exec(line) ?? [];
    const name = /([A-Za-z_]\w*)(?:\[\w*\])?$/.exec(declared)?.[1];
    if (name === undefined) continue;
    fields[name] = { offset: Number(offset), size: Number(size), signed: signed === '1', elsewhere: declared.startsWith('__data_loc') };
  }
  return { id: Number(/^ID:\s*(\d+)/m.exec(text)?.[1]), fields };
}

/** How a page of the buffer begins: where its records start, and how long it is. */
export interface PageFormat {
  commit: Field;
  data: number;
  size: number;
}

/** Reads `events/header_page`. */
export function parsePageFormat(text: string): PageFormat {
  const { fields } = parseFormat(text);
  const { commit, data } = fields;
  if (!commit || !data) throw new Error('the kernel describes its trace pages in a way that is not known');
  return { commit, data: data.offset, size: data.offset + data.size };
}

/** A number in a record; bytes are in the order of the machine, which is little-endian wherever containers are common. */
export function numberAt(view: DataView, at: number, { offset, size, signed }: Field): number {
  const from = at + offset;
  if (size === 8) return view.getUint32(from, true) + view.getInt32(from + 4, true) * 2 ** 32;
  if (size === 4) return signed ? view.getInt32(from, true) : view.getUint32(from, true);
  return size === 2 ? view.getUint16(from, true) : view.getUint8(from);
}
