"""Certificates for servers of tests: an authority that a test may trust, made
with the test, and servers that are, or are not, what they say."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
LOOPBACK = ("localhost", "127.0.0.1")


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _subject(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_bytes(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class Authority:
    """Signs; `path` is what a client must trust to believe it."""

    def __init__(self, place, name="libtel test authority"):
        self.place = Path(place)
        self.place.mkdir(parents=True, exist_ok=True)
        self.path = self.place / "authority.pem"
        self.name = _name(name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(
            key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False, key_encipherment=False,
            data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False)
        certificate = (
            self._begun(self.name, self.key, 1)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256()))
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _begun(self, subject, key, days):
        """Valid until in so many days, or until so many days ago."""
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - 10 * DAY).not_valid_after(now + days * DAY)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False))

    def server(self, hosts=LOOPBACK, days=1):
        """The context of a server that this authority vouches for."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            self._begun(_name(hosts[0]), key, days)
            .add_extension(x509.SubjectAlternativeName([_subject(host) for host in hosts]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self.key, hashes.SHA256()))
        pair = self.place / f"server-{certificate.serial_number:x}.pem"
        pair.write_bytes(_key_bytes(key) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
        context.set_alpn_protocols(["http/1.1"])
        return context
