// A second implementation of docs/protocol.md, written from that page over npm `ethers`. A test runs it on the
// published vectors and on fresh ones: node verify-vectors.mjs FOLDER. It is no part of the product.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ethers, keccak256, concat, TypedDataEncoder, Wallet, recoverAddress, toBeHex } from 'ethers';

const folder = process.argv[2];
const read = (name) => readFileSync(join(folder, name), 'utf8');
const sha256 = (...parts) => {
  const hash = createHash('sha256');
  parts.forEach((part) => hash.update(part));
  return hash.digest();
};
const bytes = (hex) => Buffer.from(hex.replace(/^0x/, ''), 'hex');
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
let checks = 0;
const same = (found, expected, what) => { assert.deepEqual(found, expected, what); checks++; };

const COMMIT = [
  ['bytes32', 'taskId'], ['bytes32', 'sessionId'], ['address', 'node'], ['uint32', 'attempt'],
  ['bytes32', 'specDigest'], ['bytes32', 'streamHead'], ['bytes32', 'outputDigest'],
  ['bytes32', 'evidenceDigest'], ['uint32', 'promptTokens'], ['uint32', 'outputTokens'],
  ['uint8', 'finishReason'],
].map(([type, name]) => ({ type, name }));
const ATTESTATION = [
  ['bytes32', 'receiptDigest'], ['bytes32', 'sessionId'], ['bytes32', 'taskId'],
  ['uint32', 'promptTokens'], ['uint32', 'outputTokens'], ['uint256', 'priceWei'],
].map(([type, name]) => ({ type, name }));

async function typedData() {
  for (const each of JSON.parse(read('typed-data.json')).cases) {
    const { EIP712Domain, ...types } = each.typedData.types;
    const { domain, message, primaryType } = each.typedData;
    const encoder = TypedDataEncoder.from(types);
    same(EIP712Domain.map((f) => `${f.type} ${f.name}`).join(),
      'string name,string version,uint256 chainId,address verifyingContract');
    same([domain.name, domain.version], ['Myelin', '1']);
    same(encoder.encodeType(primaryType), each.type);
    same(ethers.id(each.type), each.typeHash);
    same(TypedDataEncoder.hashDomain(domain), each.domainSeparator);
    same(encoder.hashStruct(primaryType, message), each.hashStruct);
    same(TypedDataEncoder.hash(domain, types, message), each.digest);
    const wallet = new Wallet(each.privateKey);
    same(wallet.address.toLowerCase(), each.signer);
    // Both sides sign as RFC 6979 has it, so even the signatures are equal.
    same(await wallet.signTypedData(domain, types, message), each.signature);
    same(recoverAddress(each.digest, each.signature).toLowerCase(), each.signer);
  }
}

function chainHead(taskIdHex, chunks, onHead = () => {}) {
  let head = sha256('myelin/stream/1', bytes(taskIdHex));
  for (const chunk of chunks) {
    const text = bytes(chunk.textHex);
    if (chunk.tokens.length > 0 || text.length > 0) {
      head = sha256(head, u32(chunk.tokens.length), ...chunk.tokens.map(u32), u32(text.length), text);
    }
    onHead(head, chunk);
  }
  return head;
}

function hashChain() {
  const vector = JSON.parse(read('hash-chain.json'));
  same(sha256('myelin/stream/1', bytes(vector.taskId)).toString('hex'), vector.genesis);
  chainHead(vector.taskId, vector.chunks, (head, chunk) => same(head.toString('hex'), chunk.head));
}

function precommits() {
  for (const each of JSON.parse(read('precommit.json')).cases) {
    const struct = TypedDataEncoder.from({ TaskCommit: COMMIT }).hashStruct('TaskCommit', each.commit);
    same(struct, '0x' + each.hashStruct);
    same(sha256(bytes(each.salt), bytes(struct)).toString('hex'), each.precommit);
  }
}

function* integers(seed, purpose) {
  for (let i = 0n; ; i++) {
    const word = keccak256(concat([seed, ethers.id(purpose), toBeHex(i, 32)]));
    yield BigInt(word.slice(0, 18));
  }
}

function draw(seed, { purpose, candidates, count, distinctOwners }) {
  let left = candidates.filter((c) => BigInt(c.weight) > 0n).sort((a, b) => (a.node < b.node ? -1 : 1));
  const words = integers(seed, purpose);
  const drawn = [];
  while (drawn.length < count && left.length > 0) {
    const total = left.reduce((sum, c) => sum + BigInt(c.weight), 0n);
    const limit = 2n ** 64n - (2n ** 64n % total);
    let x;
    do { x = words.next().value; } while (x >= limit);
    let r = x % total;
    const next = left.find((c) => { if (r < BigInt(c.weight)) return true; r -= BigInt(c.weight); return false; });
    drawn.push(next.node);
    left = left.filter((c) => (distinctOwners ? c.owner !== next.owner : c.node !== next.node));
  }
  return drawn;
}

function selection() {
  const vector = JSON.parse(read('selection.json'));
  const [nonce, secret] = ['0x' + vector.clientNonce, '0x' + vector.gatewaySecret];
  same(keccak256(secret), '0x' + vector.secretCommitment);
  const seed = keccak256(concat([nonce, secret]));
  same(seed, '0x' + vector.seed);
  for (const each of vector.cases) same(draw(seed, each), each.drawn);
}

// Leaves hashed twice, pairs lower first: OpenZeppelin's MerkleProof.processProof and merkle-tree's layout.
const pair = (a, b) => (a < b ? keccak256(concat([a, b])) : keccak256(concat([b, a])));
const leaf = (value) => keccak256(keccak256(value));

function merkle() {
  for (const each of JSON.parse(read('merkle.json')).cases) {
    const leaves = each.leaves.map((l) => leaf(l.value)).sort();
    const tree = new Array(2 * leaves.length - 1);
    leaves.forEach((hash, i) => { tree[tree.length - 1 - i] = hash; });
    for (let i = leaves.length - 2; i >= 0; i--) tree[i] = pair(tree[2 * i + 1], tree[2 * i + 2]);
    same(tree[0], each.root);
    for (const l of each.leaves) same(l.proof.reduce(pair, leaf(l.value)), each.root);
  }
}

// RFC 8785, for what receipts use: JSON.stringify sorts nothing, so sort first.
const canonical = (value) =>
  Array.isArray(value) ? `[${value.map(canonical).join()}]`
    : value !== null && typeof value === 'object'
      ? `{${Object.keys(value).sort().map((k) => `${JSON.stringify(k)}:${canonical(value[k])}`).join()}}`
      : JSON.stringify(value);

function receipt() {
  const expected = JSON.parse(read('receipt-digest.json'));
  const { receipt: r, signature } = JSON.parse(read('receipt.json'));
  const digest = sha256(canonical(r));
  same(digest.toString('hex'), expected.digest);
  const domain = { name: 'Myelin', version: '1', ...r.domain };
  const attestation = {
    receiptDigest: digest, sessionId: '0x' + r.sessionId, taskId: '0x' + r.taskId,
    promptTokens: r.output.promptTokens, outputTokens: r.output.outputTokens, priceWei: r.price.totalWei,
  };
  const signed = TypedDataEncoder.hash(domain, { ReceiptAttestation: ATTESTATION }, attestation);
  same(signed, expected.attestationDigest);
  same(recoverAddress(signed, signature).toLowerCase(), r.gateway);
  let total = 0n;
  for (const node of r.nodes) {
    const commit = {
      taskId: '0x' + r.taskId, sessionId: '0x' + r.sessionId, node: node.address, attempt: node.attempt,
      specDigest: '0x' + r.work.specDigest, streamHead: '0x' + node.streamHead,
      outputDigest: '0x' + node.outputDigest, evidenceDigest: '0x' + node.evidenceDigest,
      promptTokens: node.promptTokens, outputTokens: node.outputTokens, finishReason: node.finishReason,
    };
    const types = { TaskCommit: COMMIT };
    const struct = TypedDataEncoder.from(types).hashStruct('TaskCommit', commit);
    same(sha256(bytes(node.salt), bytes(struct)).toString('hex'), node.precommit);
    same(recoverAddress(TypedDataEncoder.hash(domain, types, commit), node.signature).toLowerCase(), node.address);
    const share = BigInt(r.price.inputWei) * BigInt(node.promptTokens)
      + BigInt(r.price.outputWei) * BigInt(node.outputTokens);
    same(node.priceWei, share.toString());
    total += share;
  }
  same(r.price.totalWei, total.toString());
  same(sha256(expected.output).toString('hex'), r.output.outputDigest);
  same(chainHead(r.taskId, expected.chunks).toString('hex'), r.output.streamHead);
}

await typedData();
hashChain();
precommits();
selection();
merkle();
receipt();
console.log(`${checks} checks held`);
