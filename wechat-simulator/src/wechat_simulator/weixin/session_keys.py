"""What a session_key signs and encrypts: rawData, login state, encryptedData.

The session_key is used in two shapes: as the base64 text it is handed out in (signatures), and
decoded to 16 bytes (AES key of encryptedData). Sources: …/framework/open-ability/signature and
the checksession page.
"""

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_BYTES = 16


def raw_data_signature(raw_data: str, session_key: str) -> str:
    """Hex SHA-1 over rawData followed by the session_key text."""
    return hashlib.sha1((raw_data + session_key).encode(), usedforsecurity=False).hexdigest()


def login_signature(session_key: str, message: str = "") -> str:
    """Hex HMAC-SHA256 keyed with the session_key text; the login-state calls sign "".

    That the *text* is the key, not its decoded bytes, is shown by the vector of the
    virtual-payment page.
    """
    return hmac.new(session_key.encode(), message.encode(), hashlib.sha256).hexdigest()


def is_login_signature(signature: str, session_key: str) -> bool:
    """Compare in constant time; upper-case hex is another string and fails."""
    return hmac.compare_digest(login_signature(session_key).encode(), signature.encode())


def encrypt_open_data(plain: bytes, session_key: str, iv: bytes) -> str:
    """`encryptedData` of the older client calls: AES-128-CBC, PKCS#7, base64."""
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(base64.b64decode(session_key)), modes.CBC(iv)).encryptor()
    padded = padder.update(plain) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
