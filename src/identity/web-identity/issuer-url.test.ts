import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKeySetUrl, issuerName, issuerUrlProblem } from './issuer-url.ts';

test('issuers are https, or http on loopback', () => {
  for (const url of [
    'https://token.actions.githubusercontent.com',
    'https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E',
    'https://tenant.auth0.com/',
    'https://issuer.example:8443/realms/a',
    'http://127.0.0.1:8080',
    'http://127.1.2.3/realms/a',
    'http://localhost:9000/dex',
    'http://[::1]:9000',
  ]) {
    assert.equal(issuerUrlProblem(url), undefined, url);
  }
});

test('other schemes, credentials, queries and fragments are refused', () => {
  for (const url of ['', 'example.com', 'https://', 'https:example.com', '//example.com', 'mailto:a@b']) {
    assert.equal(issuerUrlProblem(url), 'no-url', url);
  }
  for (const url of [
    'http://example.com',
    'http://169.254.169.254/latest',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'file://host/etc/passwd',
    'ftp://127.0.0.1',
  ]) {
    assert.equal(issuerUrlProblem(url), 'not-https', url);
  }
  for (const url of [
    'https://user:secret@example.com',
    'https://user@example.com',
    'http://user@127.0.0.1',
    'https://example.com?a=b',
    'https://example.com/#x',
    'https://example.com/a/../b',
    'https://example.com\\@evil.example',
    'https://exam\tple.com',
    'https://bücher.example',
  ]) {
    assert.equal(issuerUrlProblem(url), 'not-plain', url);
  }
});

test('keys come over https; over http only for loopback issuers, from loopback', () => {
  const secure = 'https://issuer.example';
  const local = 'http://127.0.0.1:8080';
  assert.ok(isKeySetUrl('https://keys.example/jwks?v=1', secure));
  assert.ok(isKeySetUrl('http://localhost:1/jwks', local));
  assert.ok(!isKeySetUrl('http://127.0.0.1:8080/jwks', secure));
  assert.ok(!isKeySetUrl('http://keys.example/jwks', local));
  assert.ok(!isKeySetUrl('https://user:secret@keys.example/jwks', secure));
  assert.ok(!isKeySetUrl('/jwks', secure));
});

test('a provider is named by its issuer without the scheme', () => {
  assert.equal(issuerName('https://tenant.auth0.com/'), 'tenant.auth0.com/');
  assert.equal(issuerName('http://127.0.0.1:8080/a'), '127.0.0.1:8080/a');
});
