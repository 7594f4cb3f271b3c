"""Streams: known answers, addressing, exactness of the uniforms, moments."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numeric.philox import Stream, generator, job_digest, philox4x32

KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    (
        (0xFFFFFFFF,) * 4,
        (0xFFFFFFFF,) * 2,
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
JOB = job_digest({"purpose": "test"})


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_known_answers_of_the_paper(counter, key, answer):
    arrays = tuple(np.array([word], dtype=np.uint64) for word in counter)
    assert tuple(int(word[0]) for word in philox4x32(arrays, key)) == answer


def test_fewer_rounds_differ():
    zero = np.zeros(1, dtype=np.uint64)
    nine = philox4x32((zero,) * 4, (0, 0), rounds=9)
    assert int(nine[0][0]) != 0x6627E8D5


def test_a_stream_is_addressed_not_consumed():
    stream = Stream(JOB, 7)
    whole = stream.uniforms(0, 10_000, 3)
    part = stream.uniforms(5_000, 100, 3)
    assert np.array_equal(whole[0][5_000:5_100], part[0])
    assert np.array_equal(whole[1][5_000:5_100], part[1])


def test_sample_numbers_beyond_32_bits_are_new_samples():
    stream = Stream(JOB, 0)
    assert not np.array_equal(stream.uniforms(0, 8, 0)[0], stream.uniforms(2**32, 8, 0)[0])


@pytest.mark.parametrize("other", [Stream(JOB, 1), Stream(job_digest({"purpose": "x"}), 0)])
def test_other_job_or_shard_is_another_stream(other):
    assert not np.array_equal(Stream(JOB, 0).uniforms(0, 8, 0)[0], other.uniforms(0, 8, 0)[0])


def test_uniforms_are_multiples_of_two_to_the_minus_53():
    u, _ = Stream(JOB, 0).uniforms(0, 1000, 0)
    scaled = u * 2.0**53
    assert np.array_equal(scaled, np.round(scaled)) and u.min() > 0 and u.max() <= 1


@pytest.mark.parametrize("dof", [1, 2, 7, 40, 65])
def test_chi_square_moments_at_five_sigma(dof):
    """Mean and variance; each fails by chance with probability below 6e-7 (normal at N = 2e5)."""
    size = 200_000
    _, chi = Stream(JOB, 11).normals_and_chi_squares(0, size, 0, (dof,))
    mean_error = math.sqrt(2 * dof / size)
    fourth = 12 * dof * (dof + 4)
    variance_error = math.sqrt((fourth - (2 * dof) ** 2) / size)
    assert abs(chi[0].mean() - dof) < 5 * mean_error
    assert abs(chi[0].var() - 2 * dof) < 5 * variance_error


def test_normals_and_chi_squares_are_uncorrelated():
    size = 200_000
    z, chi = Stream(JOB, 12).normals_and_chi_squares(0, size, 2, (5, 4))
    table = np.corrcoef(np.vstack([z, chi]))
    assert np.abs(table - np.eye(4)).max() < 5 / math.sqrt(size)


def test_digest_ignores_order_and_refuses_nan():
    assert job_digest({"a": 1, "b": 2}) == job_digest({"b": 2, "a": 1})
    with pytest.raises(ValueError):
        job_digest({"a": float("nan")})


def test_generator_is_keyed_by_job_and_shard():
    assert generator(JOB, 0).random() == generator(JOB, 0).random()
    assert generator(JOB, 0).random() != generator(JOB, 1).random()


def test_bad_streams_are_refused():
    with pytest.raises(ValueError, match="shard"):
        Stream(JOB, -1)
    with pytest.raises(ValueError, match="SHA-256"):
        Stream("abc", 0)
    with pytest.raises(ValueError, match="degrees"):
        Stream(JOB, 0).normals_and_chi_squares(0, 1, 0, (0,))
