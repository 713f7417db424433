import { flag, group, optionalText } from './field.ts';

const PEM = 'PEM text, base64 of it, or the path of a file';

/** TLS as a server has it. */
export function serverTls() {
  return group({
    enabled: flag(false, 'Serve HTTPS and WSS.'),
    cert_pem: optionalText(
      `The certificate and what leads to it: ${PEM}, which is read again on SIGHUP.`,
    ),
    key_pem: optionalText(`The private key: ${PEM}.`, { secret: true }),
    cert_pem_file: optionalText('The path of a file with the certificate, in place of `cert_pem`.'),
    key_pem_file: optionalText('The path of a file with the key, in place of `key_pem`.'),
    client_ca_pem: optionalText(`Who signs the certificates that clients must have: ${PEM}.`),
  });
}

/** TLS as a client has it. */
export function clientTls() {
  return group({
    enabled: flag(false, 'Use what follows for `https` endpoints.'),
    cert_pem: optionalText(`The certificate shown to the backend: ${PEM}.`),
    key_pem: optionalText(`Its private key: ${PEM}.`, { secret: true }),
    server_ca_pem: optionalText(`Who may sign the backend's certificate: ${PEM}.`),
    server_name: optionalText(
      "The name that the backend's certificate must have, if not that of the endpoint.",
    ),
    insecure_skip_verify: flag(false, 'Development only: take any certificate.'),
  });
}
