// Sums of the in-context loss over Bartlett samples of S = W/n, for MATRICES matrices V at once.
// Compile-time: D, N (>= D), LAYERS, MATRICES, POINTS (candidate means of each matrix).
#define LOWER (D * (D - 1) / 2)

// The factor T with T T^T = W: normals row by row, then chi-squares N, N - 1, ...
__device__ __forceinline__ void factor(Address at, double (&t)[D][D]) {
    constexpr int odd = (N % 2 ? (D + 1) / 2 : D / 2), needed = LOWER + odd;
    double z[needed + 1];
#pragma unroll
    for (int k = 0; k < needed; k += 2) {
        double2 pair = normal_pair(at, k / 2);
        z[k] = pair.x;
        if (k + 1 < needed) z[k + 1] = pair.y;
    }
    Uniforms u(at, (needed + 1) / 2);
    int used = LOWER, below = 0;
#pragma unroll
    for (int i = 0; i < D; ++i) {
        double chi = even_chi_square(u, (N - i) / 2);
        if ((N - i) % 2) { chi += z[used] * z[used]; ++used; }
        t[i][i] = sqrt(chi);
#pragma unroll
        for (int j = 0; j < i; ++j) t[i][j] = z[below++];
    }
}

__device__ __forceinline__ void multiply(const double (&a)[D][D], const double (&b)[D][D],
                                         double (&out)[D][D]) {
#pragma unroll
    for (int i = 0; i < D; ++i)
#pragma unroll
        for (int j = 0; j < D; ++j) {
            double sum = 0.0;
#pragma unroll
            for (int k = 0; k < D; ++k) sum += a[i][k] * b[k][j];
            out[i][j] = sum;
        }
}

__device__ __forceinline__ double loss(const double* v, const double (&s)[D][D]) {
    double m[D][D], p[D][D], q[D][D], total = 0.0;
#pragma unroll
    for (int i = 0; i < D; ++i)
#pragma unroll
        for (int j = 0; j < D; ++j) {
            double sum = i == j ? 1.0 : 0.0;
#pragma unroll
            for (int k = 0; k < D; ++k) sum -= v[i * D + k] * s[k][j];
            m[i][j] = p[i][j] = sum;
        }
#pragma unroll
    for (int l = 1; l < LAYERS; ++l) {
        multiply(p, m, q);
#pragma unroll
        for (int i = 0; i < D; ++i)
#pragma unroll
            for (int j = 0; j < D; ++j) p[i][j] = q[i][j];
    }
#pragma unroll
    for (int i = 0; i < D; ++i)
#pragma unroll
        for (int j = 0; j < D; ++j) total += p[i][j] * p[i][j];
    return total;
}

// Columns of a row: for each matrix sum f, sum f^2, POINTS scores; then the maxima of f.
#define COLUMNS (MATRICES * (3 + POINTS))

extern "C" __global__ void loss_sums(u64 first, u64 count, u32 shard, u32 key0, u32 key1,
                                     const double* __restrict__ v, const double* __restrict__ points,
                                     const double* __restrict__ scale, double* rows) {
    double sum[COLUMNS] = {};
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count;
         i += (u64)gridDim.x * blockDim.x) {
        double t[D][D] = {}, s[D][D];
        factor({first + i, shard, key0, key1}, t);
#pragma unroll
        for (int r = 0; r < D; ++r)
#pragma unroll
            for (int c = 0; c < D; ++c) {
                double dot = 0.0;
#pragma unroll
                for (int k = 0; k <= (r < c ? r : c); ++k) dot += t[r][k] * t[c][k];
                s[r][c] = dot / N;
            }
#pragma unroll
        for (int k = 0; k < MATRICES; ++k) {
            double f = loss(v + k * D * D, s);
            sum[k * (2 + POINTS)] += f;
            sum[k * (2 + POINTS) + 1] += f * f;
#pragma unroll
            for (int m = 0; m < POINTS; ++m)
                sum[k * (2 + POINTS) + 2 + m] += influence(scale[k] * (f - points[k * POINTS + m]));
            double& largest = sum[MATRICES * (2 + POINTS) + k];
            largest = fmax(largest, f);
        }
    }
    store_row(sum, MATRICES * (2 + POINTS), rows);
}

#if D == 2
// Second derivative in b of the loss of aI + bJ at b = 0 (see numeric/loss.py); score at 0.
extern "C" __global__ void curvature_sums(u64 first, u64 count, u32 shard, u32 key0, u32 key1,
                                          double a, double scale, double* rows) {
    double sum[4] = {};
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count;
         i += (u64)gridDim.x * blockDim.x) {
        double t[D][D] = {};
        factor({first + i, shard, key0, key1}, t);
        double trace = (t[0][0] * t[0][0] + t[1][0] * t[1][0] + t[1][1] * t[1][1]) / N;
        double root = t[0][0] * t[1][1] / N, det = root * root;
        double tr = 2.0 - a * trace, delta = a * a * det - 1.0 + tr;
        double slope = trace * trace - 2.0 * det;
        double frobenius = 2.0 - 2.0 * a * trace + a * a * slope;
        double before = 0.0, now = 1.0, d_before = 0.0, d_now = 0.0;
#pragma unroll
        for (int l = 1; l < LAYERS; ++l) {
            double step = tr * now - delta * before;
            double d_step = tr * d_now - det * before - delta * d_before;
            before = now; now = step; d_before = d_now; d_now = d_step;
        }
        double low = delta * before, d_low = det * before + delta * d_before;
        double f = 2.0 * (2.0 * now * d_now * frobenius + now * now * slope + 4.0 * low * d_low
                          - 2.0 * tr * (d_low * now + low * d_now));
        sum[0] += f; sum[1] += f * f; sum[2] += influence(scale * f);
        sum[3] = fmax(sum[3], fabs(f));
    }
    store_row(sum, 3, rows);
}
#endif
