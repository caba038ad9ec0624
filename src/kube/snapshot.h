/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot: the typed objects that were read, each (kind, namespace, name) once.
 *
 * Layers above kube/ bring their own kinds: a decoder is a row in a table, and the snapshot keeps
 * what it makes without knowing the type. */
#pragma once

#include "base/diag.h"
#include "base/intern.h"
#include "base/vec.h"
#include "kube/object.h"

struct ward_node;

/* The annotation ward.dev/ignore of an object: findings about it that its author accepts. */
struct ward_ignore {
	enum ward_kind kind;
	ward_sym ns, name;
	struct ward_mark document; /* the object's own mark */
	struct ward_mark mark;	   /* the annotation's */
	ward_sym text;
};

struct ward_snapshot {
	struct ward_symbols *symbols;
	struct ward_diags *diags;
	struct ward_arena arena; /* owns the objects */
	struct ward_intern keys; /* (kind, ns, name) → index into objects */
	WARD_VEC(struct ward_object *)
	objects; /* by number of their key, in the order first read; NULL = removed */
	WARD_VEC(struct ward_ignore) ignores;
	uint32_t n_skipped; /* documents of kinds that Ward does not read */
	/* What has a date is judged by this day (base/day.h).  Whoever reads says it before the
	 * first document; until then everything that can expire has. */
	int32_t today;
};

/* What a decoder is given. */
struct ward_decode {
	struct ward_snapshot *snapshot;
	ward_sym file;
	bool like_server;    /* unknown fields are dropped with a warning, not refused (A3.11) */
	ward_sym default_ns; /* for namespaced objects without one */
};

/* Decodes @root into snapshot->arena.  Mistakes are diagnostics, and then it returns NULL: an
 * object is taken whole or not at all. */
typedef struct ward_object *(*ward_decode_fn)(struct ward_decode *decode,
					      const struct ward_node *root);

struct ward_decoder {
	const char *api_version; /* "apps/v1"; "apps/" matches any version of the group */
	const char *kind;	 /* "" matches any kind */
	ward_decode_fn fn;
};

/* The kinds of kube/, ended by a row of NULLs. */
extern const struct ward_decoder ward_kube_decoders[];

void ward_snapshot_init(struct ward_snapshot *snapshot, struct ward_symbols *symbols,
			struct ward_diags *diags);
void ward_snapshot_done(struct ward_snapshot *snapshot);

/* Adds, or replaces an object of the same kind, namespace and name, with a warning that names both
 * places (A14.15). */
void ward_snapshot_add(struct ward_snapshot *snapshot, struct ward_object *object);

/* True if there was one. */
bool ward_snapshot_remove(struct ward_snapshot *snapshot, enum ward_kind kind, ward_sym ns,
			  ward_sym name);

/* The object, or NULL. */
struct ward_object *ward_snapshot_find(const struct ward_snapshot *snapshot, enum ward_kind kind,
				       ward_sym ns, ward_sym name);

/* Decodes one document with the first matching decoder of @tables (a NULL-ended array of tables),
 * or counts it as skipped.  A document that is no Kubernetes object (no map, no apiVersion or kind)
 * is an error diagnostic. */
void ward_snapshot_decode(struct ward_decode *decode, const struct ward_decoder *const *tables,
			  const struct ward_node *root);

/* When everything is read: namespaces that are only referred to exist with their automatic label
 * (A4.9, with a note); owners are resolved (ReplicaSet → Deployment); and what others speak for is
 * removed: a workload whose live pods are here too, a ReplicaSet or Job whose Deployment or CronJob
 * is, and old revisions scaled to nothing. */
void ward_snapshot_complete(struct ward_snapshot *snapshot);
