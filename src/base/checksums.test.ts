import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumAlgorithmOfHeader,
  checksumHeader,
  createChecksum,
  isChecksumValue,
} from './checksums.ts';

/** The check values of the CRC catalogue (reveng) and of FIPS 180 for the nine bytes "123456789". */
const CHECK_VALUES: Record<ChecksumAlgorithm, string> = {
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
  SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
};

for (const algorithm of CHECKSUM_ALGORITHMS) {
  test(`${algorithm} gives the catalogue's check value, however the bytes are cut`, async () => {
    for (let cut = 0; cut <= 9; cut += 1) {
      const checksum = createChecksum(algorithm);
      checksum.update(Buffer.from('123456789'.slice(0, cut)));
      checksum.update(Buffer.from('123456789'.slice(cut)));
      assert.equal((await checksum.digest()).toString('hex'), CHECK_VALUES[algorithm]);
    }
  });

  test(`${algorithm} is told by its header, and a value of another length is refused`, () => {
    assert.equal(checksumAlgorithmOfHeader(checksumHeader(algorithm).toUpperCase()), algorithm);
    assert.ok(isChecksumValue(algorithm, Buffer.from(CHECK_VALUES[algorithm], 'hex').toString('base64')));
    assert.ok(!isChecksumValue(algorithm, 'AAA='));
    assert.ok(!isChecksumValue(algorithm, 'not base64!'));
  });
}

test('a header that carries no checksum names no algorithm', () => {
  assert.equal(checksumAlgorithmOfHeader('x-amz-checksum-type'), undefined);
  assert.equal(checksumAlgorithmOfHeader('x-amz-meta-crc32'), undefined);
});
