/** What the functions use of `node:crypto`, without WebCrypto, which an `import` of it loads too. */
export const { createHash, createHmac, createPrivateKey, hash, randomBytes, randomUUID, sign } =
  process.getBuiltinModule('node:crypto');
