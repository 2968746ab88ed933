/* SPDX-License-Identifier: MIT */
/* codec_tls.c: what PEM files hold, by the lines that begin their parts. */
#include "formats/payload/codec_tls.h"

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/read/load.h"

/* What a file was found to hold. */
struct held {
	bool certificate, key, locked;
};

static bool look(struct str path, const char *option, struct held *ret, struct err *err)
{
	struct buf text;
	struct str s;
	bool ok;

	buf_init(&text, LIMIT_PEM_BYTES);
	ok = source_read(path, &text, err) || err_wrap(err, "%s", option);
	s = buf_str(&text);
	*ret = (struct held){
		.certificate = str_has(s, "CERTIFICATE-----"),
		.key = str_has(s, "PRIVATE KEY-----"),
		.locked = str_has(s, "ENCRYPTED PRIVATE KEY-----") ||
			  str_has(s, "Proc-Type: 4,ENCRYPTED"),
	};
	if (text.p)
		explicit_bzero(text.p, text.n);
	buf_done(&text);
	return ok;
}

static bool look_for_certificate(struct str path, const char *option, struct held *held,
				 struct err *err)
{
	if (!look(path, option, held, err))
		return false;
	return held->certificate ||
	       err_set(err, ERR_FORMAT, "%s: %.*s: there is no certificate in PEM form in it",
		       option, STR_ARG(path));
}

static bool look_for_key(struct str path, const char *option, struct err *err)
{
	struct held held;

	if (!look(path, option, &held, err))
		return false;
	if (!held.key)
		return err_set(err, ERR_FORMAT, "%s: %.*s: there is no private key in PEM form in it",
			       option, STR_ARG(path));
	return !held.locked ||
	       err_set(err, ERR_FORMAT,
		       "%s: %.*s: the key has a passphrase, which nobody can be asked for here "
		       "(openssl pkey writes it without)",
		       option, STR_ARG(path));
}

bool codec_tls_check(struct codec_tls *files, struct err *err)
{
	struct held held;

	if (files->authorities.n &&
	    !look_for_certificate(files->authorities, "--codec-ca", &held, err))
		return false;
	if (!files->certificate.n)
		return !files->key.n ||
		       err_set(err, ERR_USAGE, "--codec-key belongs to --codec-cert");
	if (!look_for_certificate(files->certificate, "--codec-cert", &held, err))
		return false;
	if (files->key.n)
		return look_for_key(files->key, "--codec-key", err);
	if (!held.key)
		return err_set(err, ERR_USAGE, "--codec-cert: %.*s has no private key in it: "
			       "--codec-key says where it is", STR_ARG(files->certificate));
	files->key = files->certificate;
	return look_for_key(files->key, "--codec-cert", err);
}
