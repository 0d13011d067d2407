"""What the rows near each row are: one pass over the distances of a table with classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metafeatures._arrays import Floats, Integers, Singles
from metafeatures._pairs.row_distances import RowDistances, slices

FAR = np.float32(np.inf)
MOST_INTERPOLATED = 500


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Of each row, what surrounds it. A friend is a row of its class, an enemy is not.

    Attributes
    ----------
    friend, enemy : ndarray of shape (n_rows,)
        Distance of the nearest other friend (infinite without one) and nearest enemy.
    enemy_place : ndarray of int of shape (n_rows,)
        A nearest enemy: the first of those equally near.
    enemy_share : ndarray of shape (n_rows,)
        Share of enemies among the other rows that are nearest.
    local_set : ndarray of int of shape (n_rows,)
        Rows nearer than the nearest enemy, itself included.
    reach : ndarray of shape (n_rows,)
        Distance of the n-th nearest other row.
    """

    friend: Floats
    enemy: Floats
    enemy_place: Integers
    enemy_share: Floats
    local_set: Integers
    reach: Floats


def look_around(distances: RowDistances, classes: Integers, n_neighbors: int) -> Surroundings:
    """Compare all rows with all others, once; there are at least two classes."""
    n_rows = classes.size
    singles = np.empty((3, n_rows), np.float32)
    places, sizes, shares = np.empty(n_rows, np.int64), np.empty(n_rows, np.int64), np.empty(n_rows)
    for rows, block in distances.blocks():
        is_friend = classes[rows, None] == classes
        others = block.copy()
        others[np.arange(len(block)), np.arange(rows.start, rows.stop)] = FAR
        friends = np.where(is_friend, others, FAR)
        enemies = np.where(is_friend, FAR, block)
        place = enemies.argmin(axis=1)
        enemy = enemies[np.arange(len(block)), place]
        singles[:2, rows] = friends.min(axis=1), enemy
        shares[rows] = _enemy_shares(friends, enemies)
        places[rows] = place
        sizes[rows] = np.count_nonzero(block < enemy[:, None], axis=1)
        others.partition(n_neighbors - 1, axis=1)
        singles[2, rows] = others[:, n_neighbors - 1]
    friend, enemy, reach = singles.astype(np.float64)
    return Surroundings(
        friend=friend,
        enemy=enemy,
        enemy_place=places,
        enemy_share=shares,
        local_set=sizes,
        reach=reach,
    )


def _enemy_shares(friends: Singles, enemies: Singles) -> Floats:
    """Return the share of enemies among the nearest of each row; the others are infinitely far."""
    friend, enemy = friends.min(axis=1), enemies.min(axis=1)
    shares: Floats = np.asarray(enemy < friend, np.float64)
    ties = np.flatnonzero(enemy == friend)
    if ties.size:
        at = enemy[ties, None]
        n_friends = np.count_nonzero(friends[ties] == at, axis=1)
        n_enemies = np.count_nonzero(enemies[ties] == at, axis=1)
        shares[ties] = n_enemies / (n_friends + n_enemies)
    return shares


def interpolated_enemy_shares(distances: RowDistances, classes: Integers, seed: int) -> Floats:
    """Return the share of enemies among the rows nearest to points between rows of a class.

    Each of the first 500 rows is moved towards a random row of its class, by a random
    part of the way.
    """
    points = distances.points
    n_points = min(classes.size, MOST_INTERPOLATED)
    moved, own = points[:n_points], classes[:n_points]
    rng = np.random.default_rng(seed)
    by_class = np.argsort(classes, kind="stable")
    counts = np.bincount(classes)
    starts = np.cumsum(counts) - counts
    towards = by_class[starts[own] + rng.integers(0, counts[own])]
    moved = moved + rng.random((n_points, 1)) * (points[towards] - moved)
    shares = np.empty(n_points)
    for part in slices(n_points, classes.size):
        block = distances.to_all(moved[part])
        is_friend = own[part, None] == classes
        shares[part] = _enemy_shares(
            np.where(is_friend, block, FAR), np.where(is_friend, FAR, block)
        )
    return shares


def sphere_radii(enemy: Floats, enemy_place: Integers) -> Floats:
    """Return the radius of the sphere around each row that touches those of its enemies.

    Two rows that are nearest enemies of each other share the way between them; any other
    row's sphere ends where that of its nearest enemy begins.
    """
    distance, place = enemy.tolist(), enemy_place.tolist()
    radii = [0.0] * enemy.size
    for i in np.argsort(enemy, kind="stable").tolist():
        j = place[i]
        is_mutual = distance[j] == distance[i]
        radii[i] = distance[i] / 2 if is_mutual else distance[i] - radii[j]
    return np.array(radii)


def count_spheres(distances: RowDistances, radii: Floats) -> int:
    """Return how many spheres are left when those centred in one of more rows are taken away.

    Spheres that hold more rows go first, larger ones among those that hold as many.
    """
    reach = radii.astype(np.float32)
    reach = np.where(reach > radii, np.nextafter(reach, -FAR), reach)
    sizes = np.empty(radii.size, np.int64)
    for rows, block in distances.blocks():
        sizes[rows] = np.count_nonzero(block <= reach[rows, None], axis=1)
    is_left = np.ones(radii.size, bool)
    for i in np.lexsort((-radii, -sizes)):
        if not is_left[i]:
            continue
        if sizes[i] > 1:
            is_left[distances.row(i) <= reach[i]] = False
            is_left[i] = True
    return int(is_left.sum())
