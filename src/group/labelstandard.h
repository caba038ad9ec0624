/* SPDX-License-Identifier: Apache-2.0 */
/* LabelStandard: which labels there are to be, where, and with which values. */
#pragma once

#include "group/pattern.h"
#include "kube/object.h"

struct ward_label_alias {
	ward_sym alias, value; /* who writes `alias` means `value` */
};

/* One label key.  Where it is not to be, it is not a label at all: env on namespaces only is never
 * read from a pod. */
struct ward_dimension {
	struct ward_mark mark;
	ward_sym key;
	bool on_namespaces, on_workloads;   /* `of`; workloads: pods and their templates */
	uint32_t n_values;		    /* 0: any value, or what the pattern says */
	const ward_sym *values;		    /* sorted */
	const struct ward_pattern *pattern; /* or NULL */
	bool required;
	bool inherits;	/* a pod without it has that of its namespace */
	bool immutable; /* for the guard: once set it stays */
	bool guarded;	/* for the guard: whoever sets it needs to be allowed to */
	bool exclusive; /* groups that it tells apart share no pod */
	uint32_t n_aliases;
	const struct ward_label_alias *aliases;
};

enum ward_label_enforcement {
	WARD_LABEL_AUDIT, /* `ward labels` tells */
	WARD_LABEL_WARN,  /* and whoever applies is warned */
	WARD_LABEL_DENY,  /* and is refused */
	WARD_N_LABEL_ENFORCEMENT,
};

/* Where a custom resource keeps its pod template: for the guard. */
struct ward_extra_template {
	struct ward_mark mark;
	ward_sym group, resource, path; /* "argoproj.io", "rollouts", "spec.template" */
};

struct ward_labelstandard {
	struct ward_object object;
	uint32_t n_dimensions;
	const struct ward_dimension *dimensions; /* in the order written, each key once */
	uint32_t n_forbidden;
	const ward_sym *forbidden; /* keys, sorted */
	bool reports_near;	   /* nearDuplicates */
	enum ward_label_enforcement enforcement;
	uint32_t n_templates;
	const struct ward_extra_template *templates;
	uint32_t n_exempt;
	const ward_sym *exempt; /* namespaces, sorted */
};

/* The dimension of a key, or NULL. */
const struct ward_dimension *ward_labelstandard_find(const struct ward_labelstandard *standard,
						     ward_sym key);

/* Is it one of the values that the dimension lists, or of those that its pattern describes? */
bool ward_dimension_admits(const struct ward_dimension *dimension,
			   const struct ward_symbols *symbols, ward_sym value);

/* What an alias stands for, or WARD_NONE. */
ward_sym ward_dimension_alias(const struct ward_dimension *dimension, ward_sym value);

/* Is @sym in the sorted list? */
bool ward_syms_have(const ward_sym *syms, uint32_t n, ward_sym sym);

struct ward_snapshot;
/* The standard of a snapshot, or NULL. */
const struct ward_labelstandard *ward_labelstandard_of(const struct ward_snapshot *snapshot);
