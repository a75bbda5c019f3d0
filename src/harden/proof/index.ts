export { hashOfChange } from './change-hash';
export { MAX_PROOF_BYTES, PROOF_FILE, type ProofChange, type ProofRead, readProof, type ServiceProof, type StoredProof } from './file';
export { Proofs } from './proofs';
export { fingerprint } from './service-fingerprint';
export { sealed } from './trust';
