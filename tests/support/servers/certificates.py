"""An authority and a certificate of it for loopback, made by openssl."""

import subprocess

import server


def check(command, what):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise server.Failure(f"{what} failed:\n{done.stdout}{done.stderr}")


def make(folder, name):
    """ca.pem, NAME.key and NAME.crt, where they are not there yet."""
    if (folder / f"{name}.crt").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    authority, request = folder / "ca.pem", folder / f"{name}.csr"
    names = folder / "names"
    names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    new_key = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout"]
    check([*new_key, folder / "ca.key", "-x509", "-days", "30", "-subj", "/CN=weir tests", "-out", authority],
          "making the authority")
    check([*new_key, folder / f"{name}.key", "-subj", "/CN=localhost", "-out", request], "making the key")
    check(["openssl", "x509", "-req", "-in", request, "-CA", authority, "-CAkey", folder / "ca.key",
           "-CAcreateserial", "-days", "30", "-extfile", names, "-out", folder / f"{name}.crt"], "signing")
