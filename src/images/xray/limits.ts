import { ImageError } from '../../errors';

/** The most that is read of one image, whoever made it. */
export interface Limits {
  /** Bytes of all layers, uncompressed. */
  bytes: number;
  /** Files, directories and links of all layers. */
  entries: number;
  /** Bytes that one compressed byte may become, once `freely` have been. */
  ratio: number;
  freely: number;
  /** Bytes of a file whose text may be of use, and of all such texts. Larger ones are listed without their text. */
  text: number;
  texts: number;
  /** Bytes of a manifest or a configuration. */
  json: number;
  layers: number;
}

/**
 * Larger than what is published: the Engine allows 127 layers, official images have at most 100,000 entries, and gzip makes four bytes of
 * one in practice. A gigabyte of zeros, which somebody's log may be, passes while it is a small part of a layer.
 */
export const LIMITS: Limits = {
  bytes: 64 * 1024 ** 3,
  entries: 500_000,
  ratio: 200,
  freely: 128 * 1024 ** 2,
  text: 64 * 1024,
  texts: 32 * 1024 ** 2,
  json: 4 * 1024 ** 2,
  layers: 512,
};

/** What is left of the limits while one image is read. */
export class Budget {
  private bytes = 0;
  private entries = 0;
  private texts = 0;

  constructor(readonly limits: Limits = LIMITS) {}

  /** @throws ImageError `image-limit` */
  take(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > this.limits.bytes) throw tooMuch(`is larger than ${inWords(this.limits.bytes)}`);
  }

  /** @throws ImageError `image-limit` */
  takeEntry(): void {
    this.entries++;
    if (this.entries > this.limits.entries) throw tooMuch(`has more than ${this.limits.entries} files`);
  }

  /** Whether a text of this size may still be kept; it then counts. */
  takeText(bytes: number): boolean {
    if (this.texts + bytes > this.limits.texts) return false;
    this.texts += bytes;
    return true;
  }

  /** @throws ImageError `image-limit` when compressed data becomes far more than data does. */
  checkRatio(compressed: number, plain: number): void {
    const { ratio, freely } = this.limits;
    if (plain > freely && plain > compressed * ratio) {
      throw tooMuch(`has a layer that grows more than ${ratio} times when it is decompressed`);
    }
  }
}

export function tooMuch(what: string): ImageError {
  return new ImageError('image-limit', what, { hint: 'no image is like that by accident: look where it comes from' });
}

/** `64 GB` */
export function inWords(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(1))} ${units[unit]}`;
}
