/** What the library uses of Node's process: where relative paths count from. */
export const process = { cwd: (): string => '/', env: {}, platform: 'browser' };

/** What it uses of Node's bytes: the text of something in base64. */
export const Buffer = {
  from: (text: string): { toString(): string } => ({
    toString() {
      const plain = text
        .replace(/[^A-Za-z0-9+/_-]/g, '')
        .replaceAll('-', '+')
        .replaceAll('_', '/');
      return atob(plain.slice(0, plain.length - (plain.length % 4 === 1 ? 1 : 0)));
    },
  }),
};
