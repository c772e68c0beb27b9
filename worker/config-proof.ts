/** How votes may be proved: by what the server writes beside them, and by gateways of ours. */
import { z } from 'zod';
import { reference, url, word, must, text } from './config-words.ts';

export const principal = z
  .strictObject({ accept: z.boolean(must('true or false')).default(false) }, must('a mapping'))
  .prefault({});

const publicKey = text(
  'an Ed25519 public key, SPKI in DER and base64, as `cordon gateway --new-key` prints it',
  /^[A-Za-z0-9+/]{59}=$/,
);

export const gateway = z
  .strictObject(
    {
      trusted_keys: z.array(publicKey, must('a list of public keys')).default([]),
      serve: z
        .strictObject(
          {
            url,
            listen: text(
              'an address to listen on, such as 127.0.0.1:8090',
              /^[A-Za-z0-9.-]+:\d{1,5}$/,
            ).default('127.0.0.1:8090'),
            issuer: url,
            client_id: word,
            client_secret: reference.optional(),
            signing_key: reference,
          },
          must('a mapping'),
        )
        .optional(),
    },
    must('a mapping'),
  )
  .prefault({});
