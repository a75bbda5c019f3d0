/** What was seen of one service in one life of its container: start, work, stop. Plain data. */
export interface Life {
  /** The container was made and started; else what was said. */
  createError?: string;
  status: string;
  exitCode: number;
  oomKilled: boolean;
  restarts: number;
  health?: 'starting' | 'healthy' | 'unhealthy';
  /** What its own health check said last, when it is not healthy. */
  healthOutput?: string;
  /** Seconds until it was ready; undefined when it never was. */
  ready?: number;
  /** Names of the processes, with the effective uids each name has. */
  processes: Record<string, number[]>;
  /** Listening TCP ports; undefined when they could not be read. */
  listening?: number[];
  /** How each port answers a web request: `http 200`, `closed`, `silent`, `other`. */
  answers: Record<number, string>;
  /** What each step of the exercise came to. */
  steps: StepResult[];
  /** Lines of its log that speak of a refusal. */
  symptoms: string[];
  /** The end of its log. */
  log: string;
  /** The exit code after it was asked to stop; undefined when it had ended before. */
  stoppedWith?: number;
  /** Seconds it took to stop. */
  stopSeconds?: number;
}

export type StepName = 'ready' | 'check' | 'write' | 'read' | 'again';

export interface StepResult {
  step: StepName;
  /** What was done, for the report. */
  what: string;
  ok: boolean;
  /** The last thing it said. */
  said: string;
}

/** Both lives of a service on the same volumes. The second is missing when the first never worked. */
export interface Lives {
  first: Life;
  second?: Life;
}

/** One way in which a service does not do what it did. */
export interface Failure {
  /** Which life: `start` and `second start`. */
  life: 'start' | 'second start';
  kind:
    | 'create'
    | 'state'
    | 'restarts'
    | 'health'
    | 'probe'
    | 'data'
    | 'listening'
    | 'answers'
    | 'processes'
    | 'users'
    | 'symptom'
    | 'stop'
    | 'dependency';
  /** One sentence without a full stop. */
  how: string;
  /** The line of the log that shows it best. */
  line?: string;
  /** All lines that speak of a refusal and were not there before. */
  lines?: string[];
}
