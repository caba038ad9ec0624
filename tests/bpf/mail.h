/* SPDX-License-Identifier: Apache-2.0 */
/* Letters without pause, and what became of each.
 *
 * There are two proofs.  The datapath reports every packet with the version that judged it: that
 * must be what this version says, decisions and reasons included.  And independently of reports, a
 * letter's fate must be one that a version gives which was in force between its sending and its
 * receipt; mostly that is one version, because a frame is through all the veths before sendto()
 * returns. */
#pragma once

#include <pthread.h>

#include "versions.h"

struct sent {
	struct letter letter;
	bool open;				      /* not settled yet */
	uint64_t since, until;			      /* versions it can have met */
	int arrived;				      /* at which place, or NOWHERE */
	_Atomic uint64_t end_ns;		      /* when sendto() returned; 0: not yet */
	_Atomic uint32_t n_passed, n_refused, n_late; /* reports */
};

struct post;

struct sender {
	struct post *post;
	pthread_t thread;
	int number, out, in;
	struct rng rng;
	struct sent sent[SERIALS];
	uint64_t n_sent, n_arrived, n_refused, n_answers;
	uint64_t n_exact; /* could meet one version only */
	uint64_t n_wrong; /* their fate is that of no version */
	uint64_t n_lost;  /* refused by nobody, but did not arrive */
};

struct post {
	const struct town *town;
	struct ward_datapath *datapath[N_NODES];
	struct versions versions;
	struct sender sender[N_SENDERS];
	pthread_t inspector;
	_Atomic uint64_t begun, in_force; /* versions: being published; published on all nodes */
	_Atomic uint64_t read_ns;	  /* all that was reported before has been looked at */
	atomic_bool stop, stop_reading;
	/* Of reports. */
	_Atomic uint64_t n_wrong;
	uint64_t n_reports, n_passed, n_unready, n_lies, n_strange;
	uint64_t n_dropped;	/* by the machine, for want of room */
	uint64_t n_stale;	/* sent when their version was over */
	uint64_t last_ns[KEPT]; /* when each version judged its last packet */
	int node;		/* whose reports are being read */
};

uint64_t now_ns(void);

/* Datapaths are attached and have a version in force. */
void post_open(struct post *post, const struct town *town, uint64_t seed);

/* Stops the senders, reads what was reported, settles what was sent. */
void post_close(struct post *post);
