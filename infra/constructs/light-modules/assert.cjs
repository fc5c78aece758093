const failed = (value, message) => process.getBuiltinModule('node:assert')(value, message);

/** `node:assert` as undici calls it: loaded with the first claim that is false. */
module.exports = (value, message) => {
  if (!value) {
    failed(value, message);
  }
};
