// Keystores of npm `ethers`, for a test: node keystore.mjs encrypt KEY PASSWORD | decrypt FILE PASSWORD.
import { readFileSync } from 'node:fs';
import { Wallet, decryptKeystoreJsonSync, encryptKeystoreJsonSync } from 'ethers';

const [mode, subject, password] = process.argv.slice(2);
if (mode === 'encrypt') {
  const wallet = new Wallet(subject);
  const options = { scrypt: { N: 1024, r: 8, p: 1 } };
  console.log(encryptKeystoreJsonSync({ address: wallet.address, privateKey: subject }, password, options));
} else {
  console.log(decryptKeystoreJsonSync(readFileSync(subject, 'utf8'), password).privateKey);
}
