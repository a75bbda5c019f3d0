/*
 * `node:net` knows addresses too, but loading it and compiling its expressions costs more than all the ports of a file.
 */

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** 4 or 6 for an IP address (IPv6 without brackets), else 0. */
export function isIP(text: string): 0 | 4 | 6 {
  if (isIPv6(text)) return 6;
  return IPV4.test(text) ? 4 : 0;
}

export function isIPv6(text: string): boolean {
  // A URL holds an IPv6 address only when it is one; the colon keeps the parser from being asked about everything else.
  return text.includes(':') && /^[\da-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`);
}
