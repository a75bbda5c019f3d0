/**
 * One question to a running service. A command gets the word to write or to find as BATTEN_WORD, and a text, which a shell runs, also as its first
 * argument.
 */
export type Probe =
  | { exec: string | readonly string[]; user?: string }
  | { http: string; port?: number; status?: number; method?: string; body?: string }
  | { tcp: number }
  /** `rows` = it must find at least one. */
  | { sql: string; rows?: boolean };

/** What a client does with a service. `ready` is asked until it holds; `write` and `read` in the first life, `again` (else `read`) in the second. */
export interface Exercise {
  ready?: Probes;
  check?: Probes;
  write?: Probes;
  read?: Probes;
  again?: Probes;
  /** Said by batten itself, because it knows the server: a step that does not work before hardening is left out. */
  own?: string;
}

/** One probe, or all that have to hold. */
export type Probes = Probe | readonly Probe[];
