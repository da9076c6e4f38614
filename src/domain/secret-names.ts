// With or without hyphens, and behind whatever stands before it: X-API-Key, client_secret, Ocp-Apim-Subscription-Key.
const secretNames =
  /(?:authorization|cookie|token|password|passphrase|secret|(?:api|access|auth|private|secret|subscription)key|credential|signature)s?$/;

/** The words of a name, in lower case: X-Api-Key, x_api_key and xApiKey have the same three. Pure. */
export function wordsOfName(name: string): readonly string[] {
  return name
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[-_.\s]+/);
}

/** Whether what stands under this name (of a header, of a field) is a secret, in any case and spelling. Pure. */
export function isSecretName(name: string): boolean {
  return secretNames.test(wordsOfName(name).join(""));
}
