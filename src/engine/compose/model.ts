import type { Data } from '../../yaml/types';

/** A project as Compose itself resolves it: files merged, variables replaced, paths absolute. Only what a trial changes has a type. */
export interface Model {
  name?: string;
  version?: string;
  services: Record<string, ModelService>;
  networks?: Record<string, ModelThing | null>;
  volumes?: Record<string, ModelThing | null>;
  secrets?: Record<string, Data>;
  configs?: Record<string, Data>;
  [key: string]: unknown;
}

export type ModelService = Record<string, Data | undefined>;
export type ModelThing = Record<string, Data | undefined>;

/** Data that is a map, or an empty one. */
export function mapOf(data: Data | undefined): Record<string, Data> {
  return data !== null && typeof data === 'object' && !Array.isArray(data) ? (data as Record<string, Data>) : {};
}

export function listOf(data: Data | undefined): Data[] {
  return Array.isArray(data) ? data : [];
}
