import { Worker } from 'node:worker_threads';
import { type AnalysisSetting, type FromAnalysis, type OpenDocument, type Question, SLOTS, type ToAnalysis } from './messages';

/** How long one question may take, in milliseconds: a file of the largest size takes a few seconds. */
const PATIENCE = 30_000;
/** How often the analysis is started again before it is given up. */
const MOST_RESTARTS = 20;

/** Why a question has no answer. `cancelled` = the document has changed. */
export class NoAnswer extends Error {
  constructor(
    readonly why: 'cancelled' | 'failed',
    message: string,
  ) {
    super(message);
  }
}

interface Waiting {
  question: Question;
  slot?: number;
  stamp?: number;
  resolve(answer: unknown): void;
  reject(error: NoAnswer): void;
}

/** Where the open documents are, as they are now. */
export interface DocumentSource {
  all(): readonly { uri: string; version: number }[];
  read(uri: string): OpenDocument | undefined;
}

export interface AnalystSetting extends Omit<AnalysisSetting, 'changes'> {
  /** The script of the worker. */
  script: string;
  today(): string;
  patience?: number;
}

/**
 * Asks the analysis, which runs in a thread of its own so that typing never waits for it. One question is asked at a time; what a person
 * waits for goes before checks. An analysis that ends, or takes too long over one file, is started anew, and the others are answered.
 */
export class Analyst {
  private readonly changes = new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT);
  private readonly counters = new Int32Array(this.changes);
  private readonly slots = new Map<string, number>();
  private readonly queue: Waiting[] = [];
  private readonly sent = new Map<string, number>();
  private current: (Waiting & { id: number; timer: NodeJS.Timeout }) | undefined;
  private worker: Worker | undefined;
  private restarts = 0;
  private nextId = 1;
  private ended = false;

  constructor(
    private readonly documents: DocumentSource,
    private readonly setting: AnalystSetting,
  ) {}

  /** Lets a check of the document that is under way end early. */
  outdate(uri: string): void {
    Atomics.add(this.counters, this.slotOf(uri), 1);
  }

  /** @throws NoAnswer */
  ask<T>(question: Question): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const checks = question.kind === 'check';
      const slot = checks ? this.slotOf(question.uri) : undefined;
      const stamp = slot === undefined ? undefined : Atomics.load(this.counters, slot);
      const waiting: Waiting = { question, slot, stamp, resolve: resolve as (answer: unknown) => void, reject };
      // Of checks, what was edited last goes first.
      const firstCheck = this.queue.findIndex((each) => each.question.kind === 'check');
      this.queue.splice(firstCheck === -1 ? this.queue.length : firstCheck, 0, waiting);
      this.next();
    });
  }

  /** Ends the analysis; nothing is answered any more. */
  async end(): Promise<void> {
    this.ended = true;
    if (this.current) clearTimeout(this.current.timer);
    await this.worker?.terminate();
  }

  private next(): void {
    if (this.current || this.ended) return;
    const waiting = this.queue.shift();
    if (!waiting) return;
    const { question, slot, stamp } = waiting;
    if (slot !== undefined && Atomics.load(this.counters, slot) !== stamp) {
      waiting.reject(new NoAnswer('cancelled', 'the document has changed'));
      this.next();
      return;
    }
    const worker = this.worker ?? this.start();
    const id = this.nextId++;
    const timer = setTimeout(() => this.giveUp('it took too long'), this.setting.patience ?? PATIENCE);
    this.current = { ...waiting, id, timer };
    this.tellChanges(worker);
    post(worker, { kind: 'ask', id, day: this.setting.today(), question, slot, stamp });
  }

  private tellChanges(worker: Worker): void {
    const open = this.documents.all();
    const uris = new Set(open.map(({ uri }) => uri));
    for (const uri of this.sent.keys()) {
      if (uris.has(uri)) continue;
      this.sent.delete(uri);
      post(worker, { kind: 'closed', uri });
    }
    for (const { uri, version } of open) {
      if (this.sent.get(uri) === version) continue;
      const document = this.documents.read(uri);
      if (!document) continue;
      this.sent.set(uri, version);
      post(worker, { kind: 'document', document });
    }
  }

  private start(): Worker {
    const { script, proofKey } = this.setting;
    const workerData: AnalysisSetting = { changes: this.changes, proofKey };
    // What it prints would be taken for the protocol.
    const worker = new Worker(script, { workerData, stdout: true, stderr: true });
    this.worker = worker;
    this.sent.clear();
    worker.on('message', (message: FromAnalysis) => this.answered(message));
    worker.on('error', (error) => this.lost(worker, error.message));
    worker.on('exit', () => this.lost(worker, 'it ended'));
    worker.unref();
    return worker;
  }

  private answered({ id, answer, error, cancelled }: FromAnalysis): void {
    const { current } = this;
    if (!current || current.id !== id) return;
    clearTimeout(current.timer);
    this.current = undefined;
    if (cancelled) current.reject(new NoAnswer('cancelled', 'the document has changed'));
    else if (error !== undefined) current.reject(new NoAnswer('failed', error));
    else current.resolve(answer);
    this.next();
  }

  private giveUp(why: string): void {
    const { worker } = this;
    if (!worker) return;
    this.lost(worker, why);
    void worker.terminate();
  }

  private lost(worker: Worker, why: string): void {
    if (worker !== this.worker || this.ended) return;
    this.worker = undefined;
    const { current } = this;
    this.current = undefined;
    if (current) {
      clearTimeout(current.timer);
      current.reject(new NoAnswer('failed', `batten failed on this file: ${why}`));
    }
    if (++this.restarts <= MOST_RESTARTS) this.next();
    else
      for (const each of this.queue.splice(0)) each.reject(new NoAnswer('failed', 'batten failed too often: restart the language server'));
  }

  private slotOf(uri: string): number {
    const slot = this.slots.get(uri) ?? this.slots.size % SLOTS;
    this.slots.set(uri, slot);
    return slot;
  }
}

function post(worker: Worker, message: ToAnalysis): void {
  worker.postMessage(message);
}
